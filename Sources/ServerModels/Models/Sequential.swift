/// Figure 4.4: serves one client after the other, each to its end.
///
///     accept -> serve --.
///       ^_______________|
///
/// At the bound: whoever is not served waits in the kernel, and for the kernel's patience.
struct Sequential: BlockingModel {
    func serve(_ server: Server) {
        while let client = server.accept() {
            client.converse()
        }
    }
}
