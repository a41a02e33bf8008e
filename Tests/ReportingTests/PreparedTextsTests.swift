import Testing

@testable import Reporting

@Suite("Texts that are put together once")
struct PreparedTextsTests {
  @Test func eachIsFoundByItsNumber() {
    var texts = PreparedTexts(["one", "", "three"])
    texts.add("four")
    #expect(texts.count == 4)
    #expect((0..<4).map { index in written { $0.append(index, of: texts) } } == ["one", "", "three", "four"])
  }

  @Test(arguments: [-1, 3, Int.max, Int.min])
  func thereIsNothingBeyond(index: Int) {
    let texts = PreparedTexts(["one", "two", "three"])
    #expect(written { $0.append(index, of: texts) } == "")
  }

  /// Values that share a place take it from each other, and each time the right text comes out.
  @Test func recentTextsAreThoseOfTheirValues() {
    var composed = 0
    var texts = RecentTexts<Int>(bits: 2)
    let asked = [1, 1, 5, 5, 1, 2, 2, 6, 2]
    let text = written { output in
      for number in asked {
        texts.append(number, number, into: &output) { value in
          composed += 1
          return "\(value) "
        }
      }
    }
    #expect(text == "1 1 5 5 1 2 2 6 2 ")
    #expect(composed == 6)
  }
}
