/// Figure 4.3: serves one client, and ends.
///
///     accept -> serve -> end
///
/// At the bound: the others wait in the kernel, and are refused when the server ends.
struct OneClient: BlockingModel {
    func serve(_ server: Server) {
        server.accept()?.converse()
    }
}
