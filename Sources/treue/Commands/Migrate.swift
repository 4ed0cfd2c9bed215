import ArgumentParser

/// `treue migrate`
struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the database's schema up to this program's.",
        discussion: "`treue serve` does so at its start as well; several may do it at once.")

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let database = try await Database.open(options.settings())
        do {
            let changes = try await database.migrate()
            for change in changes { print("applied \(change)") }
            print(changes.isEmpty ? "nothing to do" : "done")
        } catch {
            await database.close()
            throw error
        }
        await database.close()
    }
}
