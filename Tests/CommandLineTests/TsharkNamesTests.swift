import Testing

/// What `explain` says to run next is pasted into Wireshark's filter bar.
@Suite("The fields that Wireshark knows", .enabled(if: Tshark.isInstalled))
struct TsharkNamesTests {
  @Test func everyFieldExists() async throws {
    let result = try await Tool.shell(
      """
      known=$(mktemp) && named=$(mktemp) || exit 1
      tshark -G fields 2>/dev/null | cut -f 3 | LC_ALL=C sort -u > "$known"
      $WIRESTAT explain --format json | grep -oE '\\b(tcp|ip|icmp|icmpv6|frame)\\.[a-z_]+(\\.[a-z_]+)*' \\
        | LC_ALL=C sort -u > "$named"
      wc -l < "$named"
      LC_ALL=C comm -23 "$named" "$known"
      rm -f "$known" "$named"
      """)
    let lines = result.output.split(whereSeparator: \.isNewline).map(String.init)
    #expect(lines.first.flatMap { Int($0.filter(\.isNumber)) } ?? 0 > 20)
    #expect(lines.dropFirst().isEmpty, "unknown: \(lines.dropFirst())")
  }
}
