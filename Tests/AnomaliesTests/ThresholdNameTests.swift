import Anomalies
import Testing

@Suite("Thresholds by name")
struct ThresholdNameTests {
  @Test(arguments: ThresholdName.all.map(\.name))
  func theDefaultIsWrittenAsItIsRead(name: String) throws {
    let threshold = try #require(ThresholdName.named(name))
    var thresholds = Thresholds()
    #expect(threshold.set(threshold.text(in: Thresholds()), in: &thresholds))
    #expect(thresholds == Thresholds())
  }

  @Test func everyThresholdHasAName() {
    let properties = Mirror(reflecting: Thresholds()).children.count
    #expect(ThresholdName.all.count == properties)
    #expect(Set(ThresholdName.all.map(\.name)).count == properties)
  }

  @Test(arguments: zip(["500ms", "2s", "3m", "1h"], [500, 2_000, 180_000, 3_600_000]))
  func durationsHaveUnits(text: String, milliseconds: Int) throws {
    var thresholds = Thresholds()
    #expect(try #require(ThresholdName.named("close-wait")).set(text, in: &thresholds))
    #expect(thresholds.closeWait == Int64(milliseconds) * 1_000_000)
  }

  @Test(arguments: ["30", "", "s", "-1s", "1.5s", "1d", "9223372036854775807h"])
  func otherTextIsRefused(text: String) throws {
    var thresholds = Thresholds()
    #expect(try #require(ThresholdName.named("close-wait")).set(text, in: &thresholds) == false)
    #expect(thresholds == Thresholds())
  }
}
