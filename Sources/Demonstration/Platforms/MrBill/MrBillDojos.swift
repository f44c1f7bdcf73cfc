internal import CivilTime

/// The evenings on which developers write code together.
struct MrBillDojos {
    /// One that has a place in time; others are to come, or were cancelled.
    private struct Session {
        let id: String
        let language: String
        let startedAt: Int64
        let minutes: Int
    }

    private var bits: SeededBits
    private let world: MrBillWorld
    private var dojos = GeneratedTable(
        "dojos",
        [
            "dojo_id", "creator_id", "name", "language", "max_participants", "is_private", "scheduled_start_time",
            "initial_code", "join_code", "status", "created_at", "started_at", "ended_at",
        ])
    private var participants = GeneratedTable(
        "dojo_participants", ["dojo_id", "user_id", "role", "join_time", "leave_time", "last_active_time"])
    private var snapshots = GeneratedTable(
        "dojo_code_snapshots", ["snapshot_id", "dojo_id", "timestamp", "code", "user_id"])
    private var messages = GeneratedTable(
        "dojo_chat_messages", ["message_id", "dojo_id", "user_id", "message", "timestamp"])
    private var executions = GeneratedTable(
        "dojo_executions",
        ["execution_id", "dojo_id", "user_id", "language", "status", "execution_ms", "memory_bytes", "executed_at"])

    init(world: MrBillWorld) {
        self.world = world
        bits = SeededBits(seed: world.bits.peek ^ 0x646F_6A6F)
    }

    /// Dojos of Tuesdays and Thursdays, more of them as more developers are there.
    consuming func tables() -> [GeneratedTable] {
        for day in MrBillWorld.days where day.weekday == .tuesday || day.weekday == .thursday {
            let at = world.clock.instant(day, minute: 19 * 60)
            let there = world.developers.indices.filter { world.developers[$0].isThere(at) }
            for _ in 0..<(there.count / 60 + (bits.once(in: 3) ? 1 : 0)) where there.count > 3 {
                hold(at + Int64(bits.below(90)) * .minute, there)
            }
        }
        plan()
        return [dojos, participants, snapshots, messages, executions]
    }

    private mutating func hold(_ scheduled: Int64, _ there: [Int]) {
        let (host, id) = (bits.one(of: there), bits.identifier())
        let language = bits.one(of: ["Python", "TypeScript", "Java", "Go", "Rust"])
        let isCancelled = bits.percent(12)
        let started = scheduled + Int64(bits.below(10) < 8 ? bits.below(6) : bits.below(40)) * .minute
        let minutes = 40 + bits.below(80)
        dojos.row(
            id, world.developers[host].id, "\(language) evening", language, "\(4 + bits.below(9))",
            bits.percent(60) ? "t" : "f", scheduled.instantText, nil, "J\(dojos.rows.rowCount + 1)",
            isCancelled ? "CANCELLED" : "ENDED", (scheduled - Int64(1 + bits.below(10)) * .day).instantText,
            isCancelled ? nil : started.instantText,
            isCancelled ? nil : (started + Int64(minutes) * .minute).instantText)
        guard !isCancelled else { return }
        attend(Session(id: id, language: language, startedAt: started, minutes: minutes), host, there)
    }

    private mutating func attend(_ session: Session, _ host: Int, _ there: [Int]) {
        var members = [host]
        for _ in 0..<(2 + bits.below(7)) {
            let member = bits.one(of: there)
            if !members.contains(member) { members.append(member) }
        }
        for (number, member) in members.enumerated() {
            let isAbsent = number > 0 && bits.percent(15)
            let joined = session.startedAt + Int64(bits.below(12)) * .minute
            let stayed = Int64(max(1, session.minutes - 12 - bits.below(25))) * .minute
            // Some close the window without leaving.
            let isOpen = bits.percent(8)
            participants.row(
                session.id, world.developers[member].id, number == 0 ? "HOST" : "PARTICIPANT",
                isAbsent ? nil : joined.instantText, isAbsent || isOpen ? nil : (joined + stayed).instantText,
                isAbsent ? nil : (joined + stayed).instantText)
        }
        write(session, members)
    }

    private mutating func write(_ session: Session, _ members: [Int]) {
        for number in 0..<(6 + bits.below(12)) {
            let at = session.startedAt + Int64(bits.below(session.minutes * 60)) * .second
            let member = world.developers[bits.one(of: members)].id
            if number % 2 == 0 {
                snapshots.row(
                    bits.identifier(), session.id, at.instantText, "// step \(number / 2 + 1) in \(session.language)",
                    member)
                let isFailing = bits.percent(22)
                executions.row(
                    bits.identifier(), session.id, member, session.language, isFailing ? "FAILED" : "SUCCESS",
                    "\(30 + bits.below(3_000))", "\((8 + bits.below(200)) << 20)", (at + 5 * .second).instantText)
            }
            messages.row(bits.identifier(), session.id, member, "Step \(number + 1)", at.instantText)
        }
    }

    /// What is still to come.
    private mutating func plan() {
        for number in 0..<3 {
            let host = bits.below(world.developers.count)
            let at = world.asOf + Int64(3 + 2 * number) * .day + 19 * .hour
            dojos.row(
                bits.identifier(), world.developers[host].id, "Summer evening \(number + 1)", "Rust", "8", "f",
                at.instantText, nil, "J\(dojos.rows.rowCount + 1)", "SCHEDULED", (world.asOf - .day).instantText, nil,
                nil)
        }
    }
}
