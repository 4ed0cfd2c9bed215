import EventLog
import Foundation
import Loyalty
import Wire

/// Customers of connected shops as members.
extension LoyaltyService {
    /// Whose an order is: the member under the shop's number for the customer, else under the address of the order. Where
    /// the programme enrols buyers, one with an account in the shop is enrolled; a guest is nobody yet.
    func owner(of customer: ShopCustomer, at: Instant) async throws -> UUID? {
        if let known = try await member(among: customer.references) { return known }
        guard programmes.standard.enrolment == .automatic, customer.hasAccount else { return nil }
        return try await enrol(customer, at: at)
    }

    /// Somebody opened an account in the shop: they are enrolled, or known by it from now on.
    func open(_ customer: ShopCustomer, at: Instant) async throws -> ConnectorAnswer {
        guard !customer.references.isEmpty else { return ConnectorAnswer(.ignored, reason: "nobody") }
        guard let known = try await member(among: customer.references) else {
            return ConnectorAnswer(.accepted, memberID: try await enrol(customer, at: at))
        }
        let profile = try await view(of: known, at: at).profile
        guard let externalID = customer.externalID, profile.externalID == nil else {
            return ConnectorAnswer(.duplicate, memberID: known)
        }
        var patch = ProfilePatch()
        patch.externalID = .set(externalID)
        if profile.name == nil, let name = customer.name { patch.name = .set(name) }
        _ = try await changeProfile(of: known, by: patch, ifVersion: nil, at: at)
        return ConnectorAnswer(.accepted, memberID: known)
    }

    /// The shop must forget somebody, and so must we: the member, and what waits under the address.
    func redact(_ customer: ShopCustomer, at: Instant) async throws -> ConnectorAnswer {
        let known = try await member(among: customer.references)
        if let known { try await erase(known, at: at) }
        if let hash = customer.email.flatMap({ emailHash($0) }) {
            try await connectorOrders.erase(nil, emailHash: hash, on: client)
        }
        return known == nil ? ConnectorAnswer(.ignored, reason: "nobody") : ConnectorAnswer(.accepted)
    }

    private func enrol(_ customer: ShopCustomer, at: Instant) async throws -> UUID {
        let body = EnrolmentBody(
            email: customer.email, externalID: customer.externalID, name: customer.name, marketing: customer.marketing)
        do throws(ServiceError) {
            return try await enrol(body, at: at).id
        } catch {
            // Another message about the same customer was faster.
            guard error == .identifierTaken else { throw error }
            guard let known = try await member(among: customer.references) else { throw ServiceError.contended }
            return known
        }
    }

    private func member(among references: [MemberReference]) async throws -> UUID? {
        for reference in references {
            guard let id = try await directory.find(reference) else { continue }
            do {
                _ = try await account(of: id)
                return id
            } catch let error as ServiceError where error == .memberNotFound {
                // Claimed and not enrolled, or erased in this moment.
                continue
            }
        }
        return nil
    }
}
