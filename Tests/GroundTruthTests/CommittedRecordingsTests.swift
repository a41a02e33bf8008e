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

  @Test(
    arguments: Recordings.all,
    [
      PartialView.withoutFirst(1), .withoutFirst(3), .withoutFirst(7), .oneSided(.a), .oneSided(.b), .missing(0.01),
      .missing(0.05), .missing(0.2), .snapLength(60),
    ])
  func partialViewsInventNothing(_ files: RecordingFiles, _ view: PartialView) throws {
    for tap in Tap.allCases {
      let packets = try #require(files.packets(at: tap))
      let inference = Inference(from: view.applied(to: packets, of: files.recording))
      let certainty = Grader(files.recording, tap: tap).certainty(inference.flows, view: inference.view)
      #expect(certainty.invented.isEmpty)
    }
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
