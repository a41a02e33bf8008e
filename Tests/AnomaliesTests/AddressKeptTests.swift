import Testing

@testable import Anomalies

/// What is asked for ahead must be what every flow changes.
struct AddressKeptTests {
  @Test func whatIsUsedOftenComesFirst() {
    #expect(HostStatistics.hotBytes == MemoryLayout<HostStatistics>.offset(of: \.resets))
    #expect(ListenerStatistics.hotBytes == MemoryLayout<ListenerStatistics>.offset(of: \.refused))
  }
}
