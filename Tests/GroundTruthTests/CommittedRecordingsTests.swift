import Foundation
import GroundTruth
import Testing

/// Every recording that comes with the project, graded at every tap: what the kernel said is what is held against us.
struct CommittedRecordingsTests {
  @Test(arguments: Recordings.all, Tap.allCases)
  func noStateIsWrong(_ files: RecordingFiles, at tap: Tap) throws {
    let packets = try #require(files.packets(at: tap))
    let grade = Grader(files.recording, tap: tap).grade(Inference(from: packets).flows)
    #expect(grade.wrong.isEmpty)
  }

  @Test(arguments: Tap.allCases)
  func fewStatesAreHedged(at tap: Tap) throws {
    let grade = try Recordings.grade(at: tap)
    #expect(grade.judged > 400)
    // An inference that calls everything presumed would never be wrong, and worth nothing.
    #expect(grade.hedged.count * 10 < grade.judged)
  }

  @Test(arguments: Tap.allCases)
  func theOrderOfStatesIsTheKernels(at tap: Tap) throws {
    let grade = try Recordings.grade(at: tap)
    #expect(grade.orders > 200)
    #expect(grade.ordersOff.count * 50 < grade.orders)
  }

  /// What is left is a forged SYN in the name of a host whose own packets the view lacks, and a socket that went without
  /// a packet. The bounds only come down.
  @Test(arguments: [
    (PartialView.withoutFirst(1), 2), (.withoutFirst(3), 0), (.withoutFirst(7), 2), (.oneSided(.a), 2),
    (.oneSided(.b), 0), (.missing(0.01), 0), (.missing(0.05), 2), (.missing(0.2), 9), (.snapLength(60), 0),
  ])
  func partialViewsInventLittle(_ view: PartialView, bound: Int) throws {
    var sum = Certainty()
    for (files, tap) in Recordings.all.flatMap({ files in Tap.allCases.map { (files, $0) } }) {
      let packets = try #require(files.packets(at: tap))
      let inference = Inference(from: view.applied(to: packets, of: files.recording))
      sum += Grader(files.recording, tap: tap).certainty(inference.flows, view: inference.view)
    }
    #expect(sum.invented.count <= bound, "\(sum.invented.map { "\($0.scenario) at \($0.tap): \($0.finding)" })")
    // Certainty given up altogether would invent nothing either.
    #expect(sum.right > 200)
  }
}

enum Recordings {
  static let all: [RecordingFiles] = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let folder = root.deletingLastPathComponent().appending(path: "captures/truth")
    return (try? RecordingFiles.all(in: folder)) ?? []
  }()

  static func grade(at tap: Tap) throws -> Grade {
    var sum = Grade()
    for files in all {
      let packets = try #require(files.packets(at: tap))
      sum += Grader(files.recording, tap: tap).grade(Inference(from: packets).flows)
    }
    return sum
  }
}
