import Foundation

/// Holds a JSON value against a JSON Schema: the part of draft 2020-12 that the project's schema uses. Any other
/// keyword is a violation itself, so that nothing is passed over in silence.
package struct JSONSchema {
  private let root: JSONValue

  package init(_ root: JSONValue) { self.root = root }

  /// The schema of the NDJSON that ships with the project.
  package static func ofReports() throws -> JSONSchema {
    let project = URL(fileURLWithPath: SampleCaptures.folder).deletingLastPathComponent()
    let file = project.appendingPathComponent("Sources/Reporting/Schema/ndjson-1.schema.json")
    return JSONSchema(try JSONValue(parsing: String(contentsOf: file, encoding: .utf8)))
  }

  /// The words that `property` of `definition` may be, or `definition` itself.
  package func words(of property: String?, in definition: String) -> [String] {
    let rule = root["$defs"]?[definition]
    let values = property.map { rule?["properties"]?[$0]?["enum"] } ?? rule?["enum"]
    return (values?.array ?? []).compactMap(\.string)
  }

  /// What is wrong with `value`; empty where nothing is.
  package func violations(in value: JSONValue) -> [String] { check(value, root, at: "") }

  private func check(_ value: JSONValue, _ schema: JSONValue, at path: String) -> [String] {
    guard case .object(let rules) = schema else { return ["\(path): \(schema) is no schema"] }
    return rules.sorted { $0.key < $1.key }.flatMap { check(value, $0.key, $0.value, at: path) }
  }

  private func check(_ value: JSONValue, _ keyword: String, _ rule: JSONValue, at path: String) -> [String] {
    switch keyword {
    case "$schema", "$defs", "title", "description": []
    case "$ref": check(value, definition(rule), at: path)
    case "allOf": alternatives(value, rule, at: path) { $0 == rule.array?.count }
    case "oneOf": alternatives(value, rule, at: path) { $0 == 1 }
    case "anyOf": alternatives(value, rule, at: path) { $0 >= 1 }
    case "items": items(of: value, rule, at: path)
    case "properties": members(of: value, at: path) { rule[$0] }
    case "additionalProperties": members(of: value, at: path) { _ in rule }
    case "propertyNames": names(of: value, rule, at: path)
    case "required": missing(value, rule).map { "\(path): \($0) is missing" }
    default:
      holds(value, keyword, rule).map { $0 ? [] : ["\(path): \(value) against \(keyword) \(rule)"] }
        ?? ["\(path): the keyword \(keyword) is not understood"]
    }
  }

  /// The keywords about the value itself; nil for one that is not known.
  private func holds(_ value: JSONValue, _ keyword: String, _ rule: JSONValue) -> Bool? {
    switch keyword {
    case "const": value == rule
    case "enum": rule.array?.contains(value) ?? false
    case "type": (rule.array ?? [rule]).contains { isOf(value, $0) }
    case "minimum": value.number.map { $0 >= rule.number ?? .infinity } ?? true
    case "maximum": value.number.map { $0 <= rule.number ?? -.infinity } ?? true
    case "pattern": value.string?.range(of: rule.string ?? "", options: .regularExpression) != nil
    default: nil
    }
  }

  private func isOf(_ value: JSONValue, _ type: JSONValue) -> Bool {
    switch (value, type.string) {
    case (.null, "null"), (.boolean, "boolean"), (.string, "string"), (.array, "array"), (.object, "object"),
      (.number, "number"):
      true
    case (.number(let number), "integer"): number == number.rounded()
    default: false
    }
  }

  private func definition(_ reference: JSONValue) -> JSONValue {
    let name = reference.string?.split(separator: "/").last.map(String.init) ?? ""
    return root["$defs"]?[name] ?? .string("no definition of \(name)")
  }

  private func alternatives(
    _ value: JSONValue, _ rule: JSONValue, at path: String, isAllowed: (Int) -> Bool
  ) -> [String] {
    let results = (rule.array ?? []).map { check(value, $0, at: path) }
    if isAllowed(results.count { $0.isEmpty }) { return [] }
    return results.min { $0.count < $1.count } ?? ["\(path): no alternative"]
  }

  private func items(of value: JSONValue, _ rule: JSONValue, at path: String) -> [String] {
    (value.array ?? []).enumerated().flatMap { check($0.element, rule, at: "\(path)[\($0.offset)]") }
  }

  private func members(of value: JSONValue, at path: String, _ rule: (String) -> JSONValue?) -> [String] {
    guard case .object(let members) = value else { return [] }
    return members.flatMap { name, member in rule(name).map { check(member, $0, at: "\(path).\(name)") } ?? [] }
  }

  private func names(of value: JSONValue, _ rule: JSONValue, at path: String) -> [String] {
    guard case .object(let members) = value else { return [] }
    return members.keys.flatMap { check(.string($0), rule, at: "\(path), a name") }
  }

  private func missing(_ value: JSONValue, _ rule: JSONValue) -> [String] {
    guard case .object = value else { return [] }
    return (rule.array ?? []).compactMap(\.string).filter { value[$0] == nil }
  }
}
