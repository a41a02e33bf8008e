public import ArgumentParser
public import PacketDecoding

extension IPAddress: ExpressibleByArgument {
  /// An address as people write it: dotted decimal, or any text form of RFC 4291 §2.2.
  public init?(argument text: String) { self.init(text) }
}
