import Lab
import Testing

/// A client's machine, event by event.
struct VisitTests {
    /// What a visit has come to: the action of the last event, and the record.
    private struct End {
        var actions: [Visit.Action] = []
        var phase: Visit.Phase
        var client: SimulationRecord.Client
        var deadline: Duration
    }

    /// A visit with a patience of 15 seconds.
    private func visit(_ what: Load.Visit, _ events: [(Int, Visit.Event)]) -> End {
        var visit = Visit(
            "Client-1", what, patience: .seconds(15), speaksFirst: what != .stay(seconds: 5), at: .seconds(1))
        var actions: [Visit.Action] = []
        for (second, event) in events { actions.append(visit.handle(event, at: .seconds(second))) }
        return End(actions: actions, phase: visit.phase, client: visit.client, deadline: visit.deadline)
    }

    /// Events at seconds; actions, outcome, why, answers, and when it left.
    struct Story: Sendable, CustomTestStringConvertible {
        let name: String
        let visit: Load.Visit
        let events: [(Int, Visit.Event)]
        let actions: [Visit.Action]
        let outcome: SimulationRecord.Client.Outcome
        var refusal: SimulationRecord.Client.Refusal?
        var answers = 0
        let left: Double

        var testDescription: String { name }
    }

    private static let stay = Load.Visit.stay(seconds: 5)
    static let stories = [
        Story(
            name: "served, and stays",
            visit: stay, events: [(1, .connected), (4, .answered), (4, .ended), (9, .due)],
            actions: [.nothing, .nothing, .nothing, .leave], outcome: .served, answers: 1, left: 9),
        Story(
            name: "the server says goodbye later",
            visit: stay, events: [(1, .connected), (4, .answered), (9, .due), (10, .ended)],
            actions: [.nothing, .nothing, .sayGoodbye, .leave], outcome: .served, answers: 1, left: 9),
        Story(
            name: "the server never says goodbye",
            visit: stay, events: [(1, .connected), (4, .answered), (9, .due), (14, .due)],
            actions: [.nothing, .nothing, .sayGoodbye, .leave], outcome: .served, answers: 1, left: 9),
        Story(
            name: "a broken goodbye is one",
            visit: stay, events: [(1, .connected), (4, .answered), (9, .due), (10, .reset)],
            actions: [.nothing, .nothing, .sayGoodbye, .leave], outcome: .served, answers: 1, left: 9),
        Story(
            name: "connected, never served",
            visit: stay, events: [(1, .connected), (16, .due)],
            actions: [.nothing, .leave], outcome: .gaveUp, left: 16),
        Story(
            name: "never connected", visit: stay, events: [(16, .due)], actions: [.leave], outcome: .gaveUp, left: 16),
        Story(
            name: "nobody listens", visit: stay, events: [(2, .failed(.notConnected))],
            actions: [.leave], outcome: .refused, refusal: .notConnected, left: 2),
        Story(
            name: "reset while waiting", visit: stay, events: [(1, .connected), (3, .reset)],
            actions: [.nothing, .leave], outcome: .refused, refusal: .reset, left: 3),
        Story(
            name: "closed while waiting", visit: stay, events: [(1, .connected), (3, .ended)],
            actions: [.nothing, .leave], outcome: .refused, refusal: .closedEarly, left: 3),
        Story(
            name: "reset while served", visit: stay, events: [(1, .connected), (3, .answered), (4, .reset)],
            actions: [.nothing, .nothing, .leave], outcome: .refused, refusal: .reset, answers: 1, left: 4),
        Story(
            name: "all answers",
            visit: .requests(2), events: [(1, .connected), (3, .answered), (5, .answered), (5, .ended)],
            actions: [.ask, .ask, .sayGoodbye, .leave], outcome: .served, answers: 2, left: 5),
        Story(
            name: "the second answer takes too long",
            visit: .requests(2), events: [(1, .connected), (14, .answered), (29, .due)],
            actions: [.ask, .ask, .leave], outcome: .gaveUp, answers: 1, left: 29),
        Story(
            name: "a wrong answer",
            visit: .requests(2), events: [(1, .connected), (3, .answered), (5, .wrong)],
            actions: [.ask, .ask, .leave], outcome: .refused, refusal: .wrongAnswer, answers: 1, left: 5),
        Story(
            name: "an error for an answer",
            visit: .requests(2), events: [(1, .connected), (3, .answered), (5, .error)],
            actions: [.ask, .ask, .leave], outcome: .refused, refusal: .errorAnswer, answers: 1, left: 5),
        Story(
            name: "closed between answers",
            visit: .requests(2), events: [(1, .connected), (3, .answered), (5, .ended)],
            actions: [.ask, .ask, .leave], outcome: .refused, refusal: .closedEarly, answers: 1, left: 5),
    ]

    @Test(arguments: stories) func `a visit ends as its events say`(_ story: Story) {
        let end = visit(story.visit, story.events)
        #expect(end.actions == story.actions)
        #expect(end.phase == .gone)
        #expect(end.client.outcome == story.outcome)
        #expect(end.client.refusal == story.refusal)
        #expect(end.client.answers == story.answers)
        #expect(end.client.left == story.left)
    }

    @Test(arguments: [.connected, .failed(.reset), .answered, .wrong, .ended, .reset, .due] as [Visit.Event])
    func `nothing happens to who has gone`(_ event: Visit.Event) {
        let end = visit(.stay(seconds: 5), [(16, .due), (20, event)])
        #expect(end.actions == [.leave, .nothing])
        #expect(end.client.outcome == .gaveUp)
        #expect(end.client.left == 16)
    }

    @Test func `the first wait begins with connecting, each other with its request`() {
        #expect(visit(.requests(2), []).deadline == .seconds(16))
        #expect(visit(.requests(2), [(10, .connected)]).deadline == .seconds(16))
        #expect(visit(.requests(2), [(10, .connected), (14, .answered)]).deadline == .seconds(29))
        #expect(visit(.stay(seconds: 5), [(10, .connected), (14, .answered)]).deadline == .seconds(19))
    }

    @Test func `a server's goodbye is waited for no longer than the limit`() {
        let end = visit(.requests(1), [(1, .connected), (2, .answered)])
        #expect(end.deadline == .seconds(2) + Visit.goodbye)
    }
}
