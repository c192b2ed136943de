/// What somebody does at the keyboard of a line editor.
package enum Key: Hashable, Sendable {
    /// One or more characters, in the order of typing.
    case text(String)
    /// Everything between the marks of a bracketed paste, with line ends as `\n`.
    case paste(String)
    case enter
    case left, right, home, end, up, down
    case wordLeft, wordRight
    case backspace, delete
    /// Ctrl-U: everything before the cursor.
    case killBefore
    /// Ctrl-K: everything after the cursor.
    case killAfter
    /// Ctrl-W: the word before the cursor.
    case killWord
    /// Ctrl-C.
    case interrupt
    /// Ctrl-D.
    case leave
    /// Ctrl-L: the whole screen again.
    case redraw
}
