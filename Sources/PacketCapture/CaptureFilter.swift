import CPcap
import PacketDecoding

/// A filter of pcap-filter(7), compiled by libpcap for one link type.
@safe struct CaptureFilter: ~Copyable {
  private var program = unsafe bpf_program()

  /// Compiles `expression` for the packets of `handle`.
  init(_ expression: String, for handle: borrowing PcapHandle) throws(CaptureError) {
    let status = unsafe pcap_compile(handle.pointer, &program, expression, 1, PCAP_NETMASK_UNKNOWN)
    guard status == 0 else {
      throw CaptureError(.badFilter, "filter '\(expression)': \(handle.lastError) (the language is that of pcap-filter(7))")
    }
  }

  deinit {
    var program = unsafe program
    unsafe pcap_freecode(&program)
  }

  /// Runs the filter here; the packet's number and the file's order stay what they are.
  func matches(_ packet: CapturedPacket) -> Bool {
    var header = pcap_pkthdr()
    header.caplen = UInt32(truncatingIfNeeded: packet.count)
    header.len = UInt32(truncatingIfNeeded: packet.info.originalLength)
    var program = unsafe program
    return unsafe pcap_offline_filter(&program, &header, packet.start) != 0
  }

  /// Lets the kernel run the filter, so that what is not wanted never leaves it.
  mutating func install(in handle: borrowing PcapHandle) throws(CaptureError) {
    guard unsafe pcap_setfilter(handle.pointer, &program) == 0 else {
      throw CaptureError(.badFilter, "\(handle.name): the filter cannot be set: \(handle.lastError)")
    }
  }
}
