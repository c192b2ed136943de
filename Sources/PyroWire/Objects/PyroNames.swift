/// Names that Pyro5's protocol gives a meaning.
public enum PyroNames {
    /// The object of every daemon that tells of the others.
    public static let daemon = "Pyro.Daemon"
    /// The object of a name server.
    public static let nameServer = "Pyro.NameServer"
    /// The method that reads an attribute: `(name,)`.
    public static let getAttribute = "__getattr__"
    /// The method that sets one: `(name, value)`.
    public static let setAttribute = "__setattr__"
    /// The method of a call that holds several, with ``PyroFlags/batch``.
    public static let batch = "<batch>"
}
