package import ConnectionTracking

/// A value for either end of a flow.
package struct Sides<Value> {
  package var client: Value
  package var server: Value

  package init(client: Value, server: Value) {
    self.client = client
    self.server = server
  }

  package subscript(role: EndpointRole) -> Value {
    get { role == .client ? client : server }
    set { if role == .client { client = newValue } else { server = newValue } }
  }
}
