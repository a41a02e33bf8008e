@main struct Laboratory { static func main() {} }
