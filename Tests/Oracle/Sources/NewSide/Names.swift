import ConnectionTracking

// Where ConnectionTracking has another name for what Dump.swift and Follower.swift use, the old one is given here:
//
//   typealias FlowNotice = Observation
//   extension Flow { var notices: [Observation] { observations } }
