import Glibc
import LibFuzzer
import TestSupport

var count = CommandLine.argc
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
exit(
  LLVMFuzzerRunDriver(&count, &arguments) { start, count in
    let breaches = DecoderTrial.breaches(Array(UnsafeBufferPointer(start: start, count: count)))
    guard breaches.isEmpty else { fatalError(breaches.joined(separator: "\n")) }
    return 0
  })
