import EventLog
import Foundation
import Postgres

/// The lanes of one service: one transaction at a time in each.
///
/// What comes by the hundred goes in slices through lanes of its own, so that a lone purchase does not wait for the thousand
/// events of an import. Of each kind there are a few, each with its own share of the partitions, so that one decides while
/// the database works for the other; few, because a batch costs the database little more than a lone purchase does, and
/// is the larger the fewer lanes there are. Lanes may meet at a member, as servers may: the log refuses whoever was
/// slower, and it decides again.
final class AppendLanes: Sendable {
    typealias Reply = Result<LaneReply, any Error>
    private typealias Requests = AppendLane<[LaneRequest], [Reply]>

    private let log: EventLog
    /// For what comes alone.
    private let singles: [Requests]
    /// For what comes together.
    private let lanes: [Requests]

    /// Requests in one slice at most.
    static let slice = 128

    /// - Parameters:
    ///   - count: lanes for what comes alone, and as many for what comes together.
    ///   - whenRecorded: called behind every batch with the number of requests and the time that it took.
    init(
        count: Int, log: EventLog, client: PostgresClient, queueLimit: Int, maximumBatch: Int,
        whenRecorded: @escaping @Sendable (Int, Duration) -> Void, makeLane: () -> Lane
    ) {
        self.log = log
        func make() -> Requests {
            let lane = makeLane()
            return Requests(client: client, queueLimit: queueLimit, maximumBatch: maximumBatch, weight: \.count) {
                bundles, lease in
                let began = ContinuousClock.now
                defer { whenRecorded(bundles.reduce(0) { $0 + $1.count }, ContinuousClock.now - began) }
                return await lane.process(bundles, on: lease)
            }
        }
        let count = max(1, min(count, log.partitions))
        singles = (0..<count).map { _ in make() }
        lanes = (0..<count).map { _ in make() }
    }

    /// Records until ``shutdown()``.
    func run() async {
        await withDiscardingTaskGroup { group in
            for lane in singles + lanes { group.addTask { await lane.run() } }
        }
    }

    func shutdown() {
        for lane in singles + lanes { lane.shutdown() }
    }

    /// Answers each request, in the order given. Requests for one member are dealt with in that order.
    func submit(_ requests: [LaneRequest]) async -> [Reply] {
        if let only = requests.first, requests.count == 1 { return [await alone(only)] }
        var shares: [[Int]] = Array(repeating: [], count: lanes.count)
        for (index, request) in requests.enumerated() { shares[lane(of: request)].append(index) }
        var replies: [Reply?] = Array(repeating: nil, count: requests.count)
        await withTaskGroup(of: [(Int, Reply)].self) { group in
            for (lane, share) in zip(lanes, shares) where !share.isEmpty {
                group.addTask { await AppendLanes.submit(share, of: requests, to: lane) }
            }
            for await answered in group {
                for (index, reply) in answered { replies[index] = reply }
            }
        }
        return replies.map { $0 ?? .failure(ServiceError.contended) }
    }

    /// Answers one request: on the lane's thread or, where it is not taken, at once.
    func submit(_ request: LaneRequest, then: @escaping @Sendable (Reply) -> Void) {
        singles[lane(of: request)].submit([request]) { replies in
            switch replies {
            case .success(let replies): then(replies[0])
            case .failure(let error): then(.failure(error))
            }
        }
    }

    private func lane(of request: LaneRequest) -> Int { log.partition(of: request.memberID) % lanes.count }

    private func alone(_ request: LaneRequest) async -> Reply {
        do {
            return try await singles[lane(of: request)].submit([request])[0]
        } catch {
            return .failure(error)
        }
    }

    /// One lane's share, in slices.
    private static func submit(
        _ share: [Int], of requests: [LaneRequest], to lane: Requests
    ) async -> [(Int, Reply)] {
        let slices = stride(from: 0, to: share.count, by: slice).map { share[$0..<min($0 + slice, share.count)] }
        let answers = await lane.submit(all: slices.map { indices in indices.map { requests[$0] } })
        var answered: [(Int, Reply)] = []
        answered.reserveCapacity(share.count)
        for (indices, answer) in zip(slices, answers) {
            switch answer {
            case .success(let replies): for (index, reply) in zip(indices, replies) { answered.append((index, reply)) }
            case .failure(let error): for index in indices { answered.append((index, .failure(error))) }
            }
        }
        return answered
    }
}
