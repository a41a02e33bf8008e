import ArgumentParser
import Foundation
import GroundTruth

struct GradeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "grade", abstract: "Hold the states inferred from recordings against the kernel's; needs no root.",
    discussion: """
      exact: the kernel's state. hedged: an earlier state was true and every newer one was marked presumed at that
      moment. wrong: everything else. hidden: what decides it never passed the tap. What the rules find is held against
      the kernel and the log of both hosts as well. Exit status 1 where a state is wrong or a finding contradicted.
        laboratory grade captures
        laboratory grade captures --cut drop:0.05 --cut one-sided:a
      """)

  @Argument(help: "A directory of recordings.")
  var directory: String

  @Option(help: "The taps, separated by commas.")
  var vantage = "a,b,mid"

  @Option(help: "Grade what is called certain on a partial view: first:N, one-sided:a, drop:0.05 or snaplen:60.")
  var cut: [String] = []

  @Option(help: "How many of a hundred claims of findings may be contradicted.")
  var leeway = 0.0

  @Flag(help: "Name every case that is not exact.")
  var verbose = false

  func run() throws {
    let taps = vantage.split(separator: ",").map { Tap(rawValue: String($0)) }
    guard !taps.isEmpty, !taps.contains(nil) else { throw ValidationError("--vantage takes a, b and mid") }
    let files = try RecordingFiles.all(in: URL(fileURLWithPath: directory))
    guard !files.isEmpty else { throw ValidationError("there is no NAME.truth.json in \(directory)") }
    let isRight = try cut.isEmpty ? grade(files, taps.compactMap(\.self)) : gradeViews(files, taps.compactMap(\.self))
    if !isRight { throw ExitCode(1) }
  }

  private func grade(_ files: [RecordingFiles], _ taps: [Tap]) -> Bool {
    var claims = 0
    var contradicted: [Grade.Case] = []
    let grades = taps.map { tap in
      var sum = Grade()
      for file in files {
        guard let packets = file.packets(at: tap) else { continue }
        let inference = Inference(from: packets)
        let grader = Grader(file.recording, tap: tap)
        sum += grader.grade(inference.flows)
        let findings = grader.judgeFindings(of: inference)
        claims += findings.judged
        contradicted += findings.contradicted
      }
      return (tap: tap, grade: sum)
    }
    print("\(files.count) recordings\n\n\(GradeTable.markdown(grades))")
    print("\nof \(claims) claims that findings make, \(contradicted.count) contradicted")
    for one in contradicted { print("contradicted: \(one)") }
    for (_, grade) in grades {
      show("wrong", grade.wrong)
      show("order", grade.ordersOff)
      show("hedged", grade.hedged)
    }
    return Double(contradicted.count) * 100 <= leeway * Double(claims) && grades.allSatisfy { $0.grade.wrong.isEmpty }
  }

  private func gradeViews(_ files: [RecordingFiles], _ taps: [Tap]) throws -> Bool {
    let views = try cut.map { text in
      guard let view = PartialView(text: text) else {
        throw ValidationError("--cut takes first:N, one-sided:a, one-sided:b, drop:0.05 or snaplen:60")
      }
      var sum = Certainty()
      for file in files {
        for tap in taps {
          guard let packets = file.packets(at: tap) else { continue }
          let inference = Inference(from: view.applied(to: packets, of: file.recording))
          sum += Grader(file.recording, tap: tap).certainty(inference.flows, view: inference.view)
        }
      }
      return (name: text, certainty: sum)
    }
    print("\(files.count) recordings\n\n\(GradeTable.markdown(views))")
    for (name, certainty) in views { show("invented, \(name)", certainty.invented) }
    return views.allSatisfy { $0.certainty.invented.isEmpty }
  }

  private func show(_ verdict: String, _ cases: [Grade.Case]) {
    guard verbose else { return }
    for one in cases { print("\(verdict): \(one)") }
  }
}
