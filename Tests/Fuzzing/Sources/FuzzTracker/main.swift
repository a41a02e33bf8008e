import Foundation
import LibFuzzer
import TestSupport

// Any packets through the tracker; see TrackerTrial. With --show, says what an input means instead.

if CommandLine.arguments.count == 3, CommandLine.arguments[1] == "--show" {
  print(TrackerTrial.account(Array(try Data(contentsOf: URL(fileURLWithPath: CommandLine.arguments[2])))))
  exit(0)
}
var count = CommandLine.argc
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
exit(
  LLVMFuzzerRunDriver(&count, &arguments) { start, count in
    let breaches = TrackerTrial.breachesInOneWay(Array(UnsafeBufferPointer(start: start, count: count)))
    guard breaches.isEmpty else { fatalError(breaches.joined(separator: "\n")) }
    return 0
  })
