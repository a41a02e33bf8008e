import ArgumentParser

/// Records what the kernel's own TCP sockets do, so that inferred states can be held against it.
@main
struct Laboratory: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Record real TCP sockets and their true states; grade what is inferred from the captures.",
    discussion: """
      Needs root: it makes two network namespaces for every recording and deletes them afterwards.
        sudo laboratory record close-four-way --output recordings
        sudo laboratory walk --seed 7 --count 20 --output walks
      """,
    subcommands: [ListCommand.self, RecordCommand.self, WalkCommand.self, SamplesCommand.self, GradeCommand.self])
}
