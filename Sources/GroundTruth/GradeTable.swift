/// The grades as Markdown, for the README and the terminal.
public enum GradeTable {
  /// One line a tap, and the kinds of case that are hedged.
  public static func markdown(_ grades: [(tap: Tap, grade: Grade)]) -> String {
    var lines = [
      "| tap | judged | exact | hedged | wrong | hidden | order as the kernel's |",
      "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for (tap, grade) in grades {
      let orders = "\(grade.orders - grade.ordersOff.count) of \(grade.orders)"
      let hedged = "\(grade.hedged.count) (\(percent(grade.hedged.count, of: grade.judged)))"
      lines.append(
        "| \(tap) | \(grade.judged) | \(percent(grade.exact, of: grade.judged)) | \(hedged) | \(grade.wrong.count)"
          + " | \(grade.hidden) | \(orders) |")
    }
    return lines.joined(separator: "\n")
  }

  /// One line a view: how much of what is called certain is true.
  public static func markdown(_ views: [(name: String, certainty: Certainty)]) -> String {
    var lines = [
      "| view | certain and true | outdated | invented | uncertain |",
      "| --- | ---: | ---: | ---: | ---: |",
    ]
    for (name, certainty) in views {
      lines.append(
        "| \(name) | \(certainty.right) | \(certainty.outdated) | \(certainty.invented.count)"
          + " | \(certainty.uncertain) |")
    }
    return lines.joined(separator: "\n")
  }

  private static func percent(_ part: Int, of whole: Int) -> String {
    let hundredths = whole == 0 ? 0 : (part * 10_000 + whole / 2) / whole
    let fraction = hundredths % 100
    return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) %"
  }
}
