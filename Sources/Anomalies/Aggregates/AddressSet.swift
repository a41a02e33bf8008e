import PacketDecoding

/// Up to 64 addresses, told apart by hashes that the caller has already.
struct AddressSet: Sendable {
  private static let maximumCount = 64

  private struct Place: Sendable {
    var address = IPAddress(v4: 0)
    var hash: UInt32 = 0
    var isTaken = false
  }

  private(set) var count = 0
  /// Open addressing with linear probing: a power of two of places, of which one is free until the set is full.
  private var places: [Place] = []

  /// There is no room for another.
  var isFull: Bool { count == Self.maximumCount }

  /// Takes an address in, if it is not there and there is room.
  mutating func insert(_ address: IPAddress, _ hash: UInt32) {
    if isFull { return }
    if count * 4 >= places.count * 3, places.count < Self.maximumCount { grow() }
    var index = Int(hash) & (places.count - 1)
    while places[index].isTaken {
      if places[index].hash == hash, places[index].address == address { return }
      index = (index + 1) & (places.count - 1)
    }
    places[index] = Place(address: address, hash: hash, isTaken: true)
    count += 1
  }

  private mutating func grow() {
    let fewer = places
    places = Array(repeating: Place(), count: max(8, fewer.count * 2))
    count = 0
    for place in fewer where place.isTaken { insert(place.address, place.hash) }
  }
}
