/// What the server's replies mean: whose they are, and what is to be run again.
extension PipelineMachine {
    mutating func received(_ reply: Reply) -> Action {
        guard let head = sent.first else { return .violation }
        switch (head, reply) {
        case (.sync, .sync(let inTransaction)):
            _ = sent.popFirst()
            return finishGroup(inTransaction: inTransaction)
        case (.sync, .failed(let error, _)):
            // The commit itself failed, for example on a deferred constraint.
            guard commitFailure == nil else { return .violation }
            commitFailure = error
            return .none
        case (.sync, .end):
            // Only after such an error; libpq also says "end" for ever once it gave up a connection.
            guard commitFailure != nil, outcome == nil else { return .violation }
            outcome = .aborted
            return .none
        case (_, .end):
            return endOfHead(head)
        case (.prepare(let key, let name), _):
            return prepareAnswered(key, name, reply)
        case (.statement(let slot), _):
            return statementAnswered(slot, reply)
        default:
            return .violation
        }
    }

    private mutating func endOfHead(_ head: Sent) -> Action {
        guard let outcome = outcome.take() else { return .violation }
        _ = sent.popFirst()
        if case .statement(let slot) = head { group.append((slot, outcome)) }
        return .none
    }

    private mutating func prepareAnswered(
        _ key: StatementCache.Key, _ name: String, _ reply: Reply
    ) -> Action {
        guard outcome == nil else { return .violation }
        switch reply {
        case .value(let value):
            outcome = .value(value)
        case .failed(let error, let stale):
            outcome = .aborted
            prepareFailure = .failed(error, isStalePlan: stale)
            cache.forget(key, name: name)
        case .aborted:
            // Something before it in its group failed: it was never prepared.
            outcome = .aborted
            cache.forget(key, name: name)
        case .end, .sync:
            return .violation
        }
        return .none
    }

    private mutating func statementAnswered(_ slot: Slot, _ reply: Reply) -> Action {
        guard outcome == nil else { return .violation }
        switch reply {
        case .value(let value):
            outcome = .value(value)
        case .failed(let error, let stale):
            outcome = .failed(error, isStalePlan: stale)
            if stale, let key = slot.key, let name = slot.name { cache.forget(key, name: name) }
        case .aborted:
            // When its own Prepare failed, that error is the statement's.
            outcome = prepareFailure.take() ?? .aborted
        case .end, .sync:
            return .violation
        }
        return .none
    }

    private mutating func finishGroup(inTransaction: Bool) -> Action {
        let (finished, commitError) = (group, commitFailure)
        guard !finished.isEmpty else { return .violation }
        (group, outcome, prepareFailure, commitFailure) = ([], nil, nil, nil)
        inFlight -= finished.count
        let hasFailed = commitError != nil || finished.contains { if case .value = $0.outcome { false } else { true } }
        var answers: [Answer] = []
        var again: [Slot] = []
        for (slot, outcome) in finished {
            let result = result(of: outcome, commitError, isAlone: finished.count == 1, hasFailed: hasFailed)
            switch result {
            case .failure(_, isStalePlan: true) where mayRetry(slot, inTransaction):
                again.append(slot.again(retries: slot.retries + 1))
            case .failure(let error, _):
                answers.append(Answer(job: slot.job, result: .failure(error)))
            case .value(let value):
                answers.append(Answer(job: slot.job, result: .success(value)))
            case .runAgain:
                again.append(slot.again(retries: slot.retries))
            }
        }
        for slot in again.reversed() { waiting.prepend(slot) }
        return answers.isEmpty ? .none : .answer(answers)
    }

    private enum Verdict {
        case value(Value)
        case failure(PostgresError, isStalePlan: Bool)
        case runAgain
    }

    private func result(
        of outcome: Outcome, _ commitError: PostgresError?, isAlone: Bool, hasFailed: Bool
    ) -> Verdict {
        if let commitError, case .value = outcome {
            // Whose fault the commit's failure is shows only when each runs alone.
            return isAlone ? .failure(commitError, isStalePlan: false) : .runAgain
        }
        switch outcome {
        case .value(let value): return hasFailed ? .runAgain : .value(value)
        case .failed(let error, let isStalePlan): return .failure(error, isStalePlan: isStalePlan)
        case .aborted:
            let error = PostgresError(.protocolViolation, "aborted without a cause", wasSent: true)
            return isAlone ? .failure(error, isStalePlan: false) : .runAgain
        }
    }

    /// A stale plan is found before anything runs; outside a transaction another try is safe.
    private func mayRetry(_ slot: Slot, _ inTransaction: Bool) -> Bool {
        !inTransaction && slot.retries == 0 && slot.name != nil
    }
}

extension PipelineMachine.Slot {
    /// The same, to be run once more and alone.
    fileprivate func again(retries: Int) -> Self {
        var slot = self
        (slot.isAlone, slot.retries, slot.name) = (true, retries, nil)
        return slot
    }
}
