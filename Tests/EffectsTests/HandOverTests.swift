import Effects
import Synchronization
import Testing

/// All values, in order, one at a time, and no thread left when it is over.
@Suite struct HandOverTests {
    private struct Failure: Error, Equatable { let number: Int }

    @Test(arguments: [0, 1, 5, 100, 1_000], [1, 50, 10_000])
    func valuesAreTakenInOrder(inlineCount: Int, weightMax: Int) throws {
        var taken: [Int] = []
        let result = try HandOver.run(inlineCount: inlineCount, weightMax: weightMax) { emit in
            for value in 0..<500 { try emit(value, 1 + value % 7) }
            return "made"
        } consume: { (value: Int) in
            taken.append(value)
        }
        #expect(result == "made")
        #expect(taken == Array(0..<500))
    }

    @Test func nothingIsTakenOfNothing() throws {
        try HandOver.run(inlineCount: 0, weightMax: 1) { _ in
        } consume: { (_: Int) in
            Issue.record("there was nothing")
        }
    }

    @Test(arguments: [0, 10, 1_000]) func whatTheTakerThrowsEndsTheMaking(inlineCount: Int) throws {
        var made = 0
        var taken = 0
        #expect(throws: Failure(number: 100)) {
            try HandOver.run(inlineCount: inlineCount, weightMax: 20) { emit in
                for value in 0..<100_000 {
                    made += 1
                    try emit(value, 1)
                }
            } consume: { (value: Int) in
                if value == 100 { throw Failure(number: value) }
                taken += 1
            }
        }
        #expect(taken == 100)
        #expect(made < 200)
    }

    @Test func theLastValueCanFailToo() throws {
        #expect(throws: Failure(number: 9)) {
            try HandOver.run(inlineCount: 0, weightMax: 100) { emit in
                for value in 0..<10 { try emit(value, 1) }
            } consume: { (value: Int) in
                SystemClock().sleep(nanoseconds: 1_000_000)
                if value == 9 { throw Failure(number: value) }
            }
        }
    }

    @Test func whatTheMakerThrowsIsThrownWhenNothingIsTakenAnyMore() throws {
        let isTaking = Atomic<Bool>(false)
        #expect(throws: Failure(number: 1)) {
            try HandOver.run(inlineCount: 0, weightMax: 100) { emit in
                for value in 0..<10 { try emit(value, 1) }
                throw Failure(number: 1)
            } consume: { (_: Int) in
                isTaking.store(true, ordering: .releasing)
                SystemClock().sleep(nanoseconds: 5_000_000)
                isTaking.store(false, ordering: .releasing)
            }
        }
        let isStillTaking = isTaking.load(ordering: .acquiring)
        #expect(!isStillTaking)
    }

    @Test func theMakerWaitsWhereTooMuchWaits() throws {
        let made = Atomic<Int>(0)
        let taken = Atomic<Int>(0)
        var most = 0
        try HandOver.run(inlineCount: 0, weightMax: 10) { emit in
            for value in 0..<200 {
                try emit(value, 2)
                made.add(1, ordering: .sequentiallyConsistent)
                most = max(
                    most, made.load(ordering: .sequentiallyConsistent) - taken.load(ordering: .sequentiallyConsistent))
            }
        } consume: { (_: Int) in
            SystemClock().sleep(nanoseconds: 100_000)
            taken.add(1, ordering: .sequentiallyConsistent)
        }
        #expect(most <= 7, "\(most)")
    }
}
