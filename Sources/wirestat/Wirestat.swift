@main struct Wirestat { static func main() {} }
