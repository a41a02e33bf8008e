import CPcap
public import PacketDecoding

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How to listen at an interface.
public struct InterfaceOptions: Sendable, Equatable {
  /// Bytes kept of each packet. The default keeps every packet whole.
  public var snapshotLength: Int32 = 262_144
  /// Also takes packets that are not for this machine.
  public var isPromiscuous = true
  /// How long ``CaptureSource/next(_:)`` waits for a packet before it returns ``CaptureStep/timeout``.
  public var timeoutMilliseconds: Int32 = 100
  /// The kernel's buffer. Packets wait there in slots of the snapshot length, so that libpcap's usual 2 MiB would hold
  /// but thirty on the loopback interface.
  public var bufferBytes: Int32 = 32 << 20
  /// The program to which a message may tell the user to give capabilities; nil is the one that runs.
  public var program: String?

  public init() {}
}

extension CaptureSource {
  /// Listens at a network interface; on Linux `any` is all of them.
  ///
  /// Packets are delivered as they come (libpcap's immediate mode), with the kernel's times in nanoseconds where it
  /// has them.
  ///
  /// - Throws: ``CaptureError``: no permission, with the command that gives it; no such interface, with those there
  ///   are; or what else libpcap says.
  public init(interface: String, options: InterfaceOptions = InterfaceOptions()) throws(CaptureError) {
    var words = ErrorBuffer()
    guard let pointer = unsafe words.collect({ buffer in unsafe pcap_create(interface, buffer) }) else {
      throw CaptureError(.io, "\(interface): \(words.text)")
    }
    let handle = unsafe PcapHandle(
      pointer, interface: interface, timeoutMilliseconds: options.timeoutMilliseconds)
    unsafe pcap_set_snaplen(pointer, options.snapshotLength)
    unsafe pcap_set_promisc(pointer, options.isPromiscuous ? 1 : 0)
    unsafe pcap_set_immediate_mode(pointer, 1)
    unsafe pcap_set_buffer_size(pointer, options.bufferBytes)
    unsafe pcap_set_tstamp_precision(pointer, PCAP_TSTAMP_PRECISION_NANO)
    let status = unsafe pcap_activate(pointer)
    guard status >= 0 else { throw .cannotListen(handle, status, options) }
    guard unsafe words.collect({ buffer in unsafe pcap_setnonblock(pointer, 1, buffer) }) == 0 else {
      throw CaptureError(.io, "\(interface): \(words.text)")
    }
    self.init(handle)
  }

  /// The clock by which the kernel stamps packets.
  public static var now: Timestamp {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
  }

  /// What became of the packets at an interface; nil for a file.
  public var statistics: InterfaceStatistics? {
    var counts = pcap_stat()
    guard handle.format == nil, unsafe pcap_stats(handle.pointer, &counts) == 0 else { return nil }
    return InterfaceStatistics(
      received: Int(counts.ps_recv), droppedByKernel: Int(counts.ps_drop), droppedByInterface: Int(counts.ps_ifdrop))
  }
}

/// The kernel's counts, as pcap_stats(3) gives them on Linux: packets that passed the filter.
public struct InterfaceStatistics: Sendable, Equatable {
  /// Packets the kernel saw for this capture, those it then dropped included.
  public var received: Int
  /// Packets lost because the reader was too slow for the kernel's buffer.
  public var droppedByKernel: Int
  /// Packets the interface or its driver lost before the kernel saw them.
  public var droppedByInterface: Int
}

extension CaptureError {
  /// Why an interface could not be activated.
  fileprivate static func cannotListen(
    _ handle: borrowing PcapHandle, _ status: Int32, _ options: InterfaceOptions
  ) -> CaptureError {
    let name = handle.name
    switch status {
    case PCAP_ERROR_PERM_DENIED, PCAP_ERROR_PROMISC_PERM_DENIED:
      return CaptureError(
        .noPermission,
        """
        \(name): this user may not capture packets. Allow it once and for all with
          sudo setcap cap_net_raw,cap_net_admin=eip \(options.program ?? runningProgram)
        or run this one time with sudo.
        """)
    case PCAP_ERROR_NO_SUCH_DEVICE:
      let known = interfaceNames().joined(separator: ", ")
      return CaptureError(.noSuchInterface, "\(name): no such interface; there are: \(known)")
    case PCAP_ERROR_IFACE_NOT_UP:
      return CaptureError(.io, "\(name): the interface is not up; sudo ip link set \(name) up")
    default:
      let words = handle.lastError.isEmpty ? unsafe String(cString: pcap_statustostr(status)) : handle.lastError
      return CaptureError(.io, "\(name): \(words)")
    }
  }

  /// The path of the program that runs; where the system does not say, as it was called.
  private static var runningProgram: String {
    guard let path = unsafe realpath("/proc/self/exe", nil) else { return CommandLine.arguments[0] }
    defer { unsafe free(path) }
    return unsafe String(cString: path)
  }

  /// The interfaces libpcap could listen at, where it says so.
  private static func interfaceNames() -> [String] {
    var first: UnsafeMutablePointer<pcap_if_t>?
    var words = ErrorBuffer()
    guard unsafe words.collect({ buffer in unsafe pcap_findalldevs(&first, buffer) }) == 0 else { return [] }
    defer { unsafe pcap_freealldevs(first) }
    var names: [String] = []
    var next = unsafe first
    while let interface = unsafe next?.pointee {
      unsafe names.append(String(cString: interface.name))
      unsafe next = unsafe interface.next
    }
    return names
  }
}
