import TestSupport
import Testing

/// tshark decodes and counts by code of its own; on every capture both must find the same conversations in the same
/// numbers, or ``TsharkDifference`` says why not.
@Suite("The connections that tshark finds", .enabled(if: Tshark.isInstalled))
struct TsharkAgreementTests {
  @Test(arguments: SampleCaptures.paths)
  func everyCapture(path: String) async throws {
    let wirestat = try await CaptureTally(wirestatOn: path)
    let tshark = try await CaptureTally(tsharkOn: path)
    guard let difference = TsharkDifference.all.first(where: { $0.concerns(path) }) else {
      #expect(wirestat == tshark)
      return
    }
    #expect(wirestat == difference.wirestat, "\(difference.reason)")
    #expect(tshark == difference.tshark, "\(difference.reason)")
  }

  /// A reason whose capture is gone, or whose tallies have become the same, explains nothing.
  @Test(arguments: TsharkDifference.all)
  func everyDifferenceIsOne(difference: TsharkDifference) {
    #expect(SampleCaptures.paths.contains(where: difference.concerns))
    #expect(difference.wirestat != difference.tshark)
  }
}
