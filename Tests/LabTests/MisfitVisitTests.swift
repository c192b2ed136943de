import Lab
import Testing

/// The machine of clients that behave badly.
struct MisfitVisitTests {
    private func actions(_ kind: Misfit, _ events: [(Int, MisfitVisit.Event)]) -> ([MisfitVisit.Action], Duration?) {
        var visit = MisfitVisit("Misfit-1", kind, timeout: .seconds(100), at: .zero)
        let actions = events.map { visit.handle($0.1, at: .seconds($0.0)) }
        #expect(visit.client.outcome == .misfit)
        return (actions, visit.deadline)
    }

    @Test func `a slow client exchanges a byte each hundredth of the time-out`() {
        let (actions, deadline) = actions(.slow, [(0, .connected), (1, .due), (1, .bytes), (2, .due), (9, .ended)])
        #expect(actions == [.nothing, .exchangeByte, .nothing, .exchangeByte, .leave])
        #expect(deadline == nil)
    }

    @Test func `a half-open client says nothing until the run is over`() {
        let (actions, deadline) = actions(.halfOpen, [(0, .connected), (1, .bytes)])
        #expect(actions == [.nothing, .nothing])
        #expect(deadline == nil)
    }

    @Test func `a vanishing client breaks off in the middle of its request`() {
        let (waiting, deadline) = actions(.vanishing, [(0, .connected)])
        #expect(waiting == [.sendHalf])
        #expect(deadline == .seconds(10))
        let (gone, _) = actions(.vanishing, [(0, .connected), (10, .due), (11, .ended)])
        #expect(gone == [.sendHalf, .reset, .nothing])
    }

    @Test(arguments: Misfit.allCases) func `who gets no connection leaves`(_ kind: Misfit) {
        #expect(actions(kind, [(1, .failed)]).0 == [.leave])
    }
}
