import ConnectionTracking
import Testing

@testable import Pipeline

@Suite("Each hole of a stream is told once")
struct StreamHolesTests {
  @Test func gapsWithNoBytesBetweenAreOne() {
    var holes = StreamHoles()
    #expect(holes.add(5, .lost, frame: 7) == nil)
    #expect(holes.add(6, .lost, frame: 9) == nil)
    #expect(
      sentence(holes.close()) == "11 bytes of the client are missing before frames 7 to 9: lost and never sent again.")
    #expect(holes.close() == nil)
    #expect(holes.finish() == [])
  }

  @Test func anotherReasonIsAnotherHole() {
    var holes = StreamHoles()
    #expect(holes.add(1, .lost, frame: 7) == nil)
    let first = holes.add(6, .uncaptured, frame: 7)
    #expect(sentence(first) == "1 byte of the client is missing before frame 7: lost and never sent again.")
    #expect(
      holes.finish().map { $0.sentence(of: .server) }
        == ["6 bytes of the server are missing before frame 7: acknowledged but never captured."])
  }

  /// Bytes stand between them.
  @Test func whatTheSnapLengthCutIsOneHole() {
    var holes = StreamHoles()
    #expect(holes.add(3, .lost, frame: 3) == nil)
    #expect(holes.add(10, .cut, frame: 4)?.gap == .lost)
    #expect(holes.close() == nil)
    #expect(holes.add(10, .cut, frame: 8) == nil)
    #expect(
      holes.finish().map { $0.sentence(of: .client) }
        == ["20 bytes of the client are missing in frames 4 to 8: cut by the snap length."])
  }

  private func sentence(_ hole: StreamHoles.Hole?) -> String? { hole?.sentence(of: .client) }
}
