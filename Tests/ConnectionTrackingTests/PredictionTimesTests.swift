import ConnectionTracking
import PacketDecoding
import TestSupport
import Testing

/// Times may be kept as distances from one another, in fewer bits than they have: a flow one of whose times does not fit
/// is told of as if all of them were kept whole.
@Suite("Times of ordinary segments")
struct PredictionTimesTests {
  /// The server's timestamps leap ahead, and then stand still. They tell how long its later segments were on their way:
  /// for so long that its data need not contradict the client's FIN.
  ///
  /// - Parameter leap: in milliseconds, many of them about 2⁴⁰ ns.
  @Test(
    arguments: [
      0, 1, 50, 1000, 1_099_400, 1_099_460, 1_099_480, 1_099_500, 1_099_511, 1_099_512, 1_100_000, 1_200_000,
      2_199_030, 4_000_000, 140_000_000, 2_000_000_000,
    ])
  func leapOfTimestamps(leap: Int) throws {
    for data in [0, 10] {
      let stamp = 5030 + leap
      let script = try WireScript(
        """
        0.000 c S  0:0(0) <mss 1460,TS 1000 0>
        0.010 s S. 0:0(0) ack 1 <mss 1460,TS 5010 1000>
        0.020 c .  1:1(0) ack 1 <TS 1020 5010>
        0.030 s P. 1:11(10) ack 1 <TS \(stamp) 1020>
        0.040 c .  1:1(0) ack 11 <TS 1040 \(stamp)>
        2.000 s P. 11:21(10) ack 1 <TS \(stamp) 1040>
        2.010 c F. 1:1(0) ack 21 <TS 3010 \(stamp)>
        3.500 s P. 21:\(21 + data)(\(data)) ack 1 <TS \(stamp) 1040>
        3.600 c . 2:2(0) ack \(21 + data) <TS 4600 \(stamp)>
        """)
      Followed.compare(script.lines.compactMap(\.segment), "\(leap) ms, \(data) bytes")
    }
  }

  /// What comes long after what was before it, or after many other packets: a saved RST has 32 bits for either, and 36
  /// bits of nanoseconds or 28 of frames are as good a place to end.
  @Test(
    arguments: [0, 67_000, 68_719, 68_720, 300_000] as [Int64],
    [1, 1 << 28 - 100, 1 << 28, 1 << 32 - 100, 1 << 32, 1 << 40] as [UInt64])
  func farFromWhatWasBefore(milliseconds: Int64, frames: UInt64) throws {
    for way in OrdinaryWay.all {
      let segments = try way.segments()
      for place in 1..<segments.count {
        var late = segments
        for index in place..<late.count {
          late[index].frame += frames
          late[index].time = late[index].time.advanced(byNanoseconds: milliseconds * 1_000_000)
        }
        Followed.compare(late, "\(way.testDescription) from \(place) on") { $0.leastIdle = .max }
      }
    }
  }
}
