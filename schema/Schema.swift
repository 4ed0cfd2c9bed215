/// One SQL file of `schema/postgres`, embedded into the binary.
public struct SQLFile: Sendable {
    /// The path below `schema/postgres`, without `.sql`.
    public let name: String
    /// What the file says.
    public let text: String

    package init(name: String, text: String) {
        self.name = name
        self.text = text
    }

    init(_ name: String, _ bytes: [UInt8]) {
        self.init(name: name, text: String(decoding: bytes, as: UTF8.self))
    }
}

/// One step of the database's history. Once released it never changes: what comes later is another step.
public struct SchemaMigration: Sendable {
    /// 1, 2, 3 …
    public let version: Int
    /// What the step is for.
    public let name: String
    /// Run in this order, in one transaction.
    public let files: [SQLFile]

    package init(version: Int, name: String, files: [SQLFile]) {
        self.version = version
        self.name = name
        self.files = files
    }
}

/// The database's schema: everything in it lives in the PostgreSQL schema `treue`.
///
/// Tables come with a migration, and later migrations alter them. Functions and views have no history: each is made
/// anew when its text differs from what the database has.
public enum Schema {
    /// Run before everything else, each time: what the migrator itself stands on. Every statement may be repeated.
    public static let foundation: [SQLFile] = [
        SQLFile("tables/migration", PackageResources.migration_sql),
        SQLFile("tables/schema_object", PackageResources.schema_object_sql),
        SQLFile("functions/refuse_change", PackageResources.refuse_change_sql),
    ]

    /// In order, from version 1, without gaps.
    public static let migrations: [SchemaMigration] = [
        SchemaMigration(
            version: 1, name: "the log, the account and their neighbours",
            files: [
                SQLFile("tables/log", PackageResources.log_sql),
                SQLFile("tables/event", PackageResources.event_sql),
                SQLFile("tables/head", PackageResources.head_sql),
                SQLFile("tables/account", PackageResources.account_sql),
                SQLFile("tables/member", PackageResources.member_sql),
                SQLFile("tables/identifier", PackageResources.identifier_sql),
                SQLFile("tables/api_key", PackageResources.api_key_sql),
                SQLFile("tables/programme", PackageResources.programme_sql),
                SQLFile("tables/projection", PackageResources.projection_sql),
                SQLFile("tables/checkpoint", PackageResources.checkpoint_sql),
            ]),
        SchemaMigration(
            version: 2, name: "followers that can stop before an event",
            files: [SQLFile("tables/follower_fault", PackageResources.follower_fault_sql)]),
        SchemaMigration(
            version: 3, name: "operations, projections that can go back, and reports",
            files: [
                SQLFile("tables/operation", PackageResources.operation_sql),
                SQLFile("tables/projection_lifecycle", PackageResources.projection_lifecycle_sql),
                SQLFile("tables/report_cell", PackageResources.report_cell_sql),
                SQLFile("tables/report_member", PackageResources.report_member_sql),
                SQLFile("tables/report_month", PackageResources.report_month_sql),
            ]),
        SchemaMigration(
            version: 4, name: "stock of rewards, adjustments by hand, errands between members",
            files: [
                SQLFile("tables/stock", PackageResources.stock_sql),
                SQLFile("tables/adjustment", PackageResources.adjustment_sql),
            ]),
        SchemaMigration(
            version: 5, name: "keys that rotate, and requests that come again",
            files: [
                SQLFile("tables/api_key_secret", PackageResources.api_key_secret_sql),
                SQLFile("tables/idempotency", PackageResources.idempotency_sql),
            ]),
        SchemaMigration(
            version: 6, name: "webhooks",
            files: [
                SQLFile("tables/webhook_endpoint", PackageResources.webhook_endpoint_sql),
                SQLFile("tables/webhook_sequence", PackageResources.webhook_sequence_sql),
                SQLFile("tables/webhook_delivery", PackageResources.webhook_delivery_sql),
                SQLFile("tables/webhook_scan", PackageResources.webhook_scan_sql),
            ]),
        SchemaMigration(
            version: 7, name: "orders of connected shops",
            files: [SQLFile("tables/connector_order", PackageResources.connector_order_sql)]),
        SchemaMigration(
            version: 8, name: "budgets of earning rules",
            files: [SQLFile("tables/budget", PackageResources.budget_sql)]),
        SchemaMigration(
            version: 9, name: "voucher codes that the shop brings",
            files: [SQLFile("tables/voucher_code", PackageResources.voucher_code_sql)]),
        SchemaMigration(
            version: 10, name: "households",
            files: [SQLFile("tables/household", PackageResources.household_sql)]),
        SchemaMigration(
            version: 11, name: "snapshots of long lives",
            files: [SQLFile("tables/snapshot", PackageResources.snapshot_sql)]),
        SchemaMigration(
            version: 12, name: "fewer bytes a purchase",
            files: [SQLFile("tables/slimmer", PackageResources.slimmer_sql)]),
        SchemaMigration(
            version: 13, name: "fewer bytes a purchase, once more",
            files: [SQLFile("tables/leaner", PackageResources.leaner_sql)]),
        SchemaMigration(
            version: 14, name: "room for what reports write again",
            files: [SQLFile("tables/roomier", PackageResources.roomier_sql)]),
        SchemaMigration(
            version: 15, name: "events of closed months",
            files: [SQLFile("tables/closing", PackageResources.closing_sql)]),
    ]

    /// Functions, then views, in an order in which each finds what it uses. Each text may be run again at any time.
    public static let objects: [SQLFile] = [
        SQLFile("functions/append", PackageResources.append_sql),
        SQLFile("functions/append_one", PackageResources.append_one_sql),
        SQLFile("functions/event_digest", PackageResources.event_digest_sql),
        SQLFile("functions/take_stock", PackageResources.take_stock_sql),
        SQLFile("functions/release_stock", PackageResources.release_stock_sql),
        SQLFile("functions/draw_code", PackageResources.draw_code_sql),
        SQLFile("functions/spend_allowance", PackageResources.spend_allowance_sql),
        SQLFile("functions/return_allowance", PackageResources.return_allowance_sql),
        SQLFile("functions/close_begin", PackageResources.close_begin_sql),
        SQLFile("functions/close_events", PackageResources.close_events_sql),
        SQLFile("functions/account_rebuild_begin", PackageResources.account_rebuild_begin_sql),
        SQLFile("functions/account_rebuild_swap", PackageResources.account_rebuild_swap_sql),
        SQLFile("functions/account_rollback", PackageResources.account_rollback_sql),
    ]
}
