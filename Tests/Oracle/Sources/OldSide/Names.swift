// What Dump.swift and Follower.swift call by these names has them in OldTracking.
