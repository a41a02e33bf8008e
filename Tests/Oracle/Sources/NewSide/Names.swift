import ConnectionTracking

typealias FlowNotice = Observation
typealias TimelineEntry = Transition
extension Transition { typealias Moment = PacketStamp }
extension Flow {
  var notices: [Observation] { observations }
  var noticesOmitted: Int { observationsOmitted }
}
