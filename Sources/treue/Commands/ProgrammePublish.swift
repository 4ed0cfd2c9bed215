import ArgumentParser
import EventLog
import Loyalty
import LoyaltyService
import Wire

/// `treue programme publish`
struct ProgrammePublish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish", abstract: "Add the versions of a programme file that the database does not have.",
        discussion: """
            The file must pass its own examples. Versions that are published stay as they are and must stay in the file; a \
            new one may not begin in the past once there are events. The first programme that is published is the \
            default. Exit code 1 when the file has faults, fails its examples or is refused; nothing is published then.
            """)

    @OptionGroup var options: SettingsOptions

    @Argument(help: "A YAML or JSON file.")
    var file: String

    @Option(help: "When the last version takes effect, instead of the date in the file: a day such as 2027-01-01.")
    var from: String?

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let text = try changed(try Programmes.text(of: file))
        let programme = try checked(text)
        let database = try await Database.open(options.settings())
        do {
            _ = try await database.migrate()
            let publisher = ProgrammePublisher(log: try await EventLog.open(on: database.client))
            let publication = try await publisher.publish(
                programme, text: text, at: SystemClock.now(), on: database.client)
            await database.close()
            report(publication)
        } catch let refusal as ProgrammePublisher.Refusal {
            await database.close()
            throw Fault(found: "\(file): \(refusal)")
        } catch {
            await database.close()
            throw error
        }
    }

    private func changed(_ text: String) throws -> String {
        guard let from else { return text }
        let day = try CivilDate(from, of: "--from")
        guard let changed = ProgrammeFile.replacingLastFrom(in: text, with: day) else {
            throw Fault(cannot: "--from needs a last version that has a `from` in the file")
        }
        return changed
    }

    private func checked(_ text: String) throws -> Programme {
        let document: ProgrammeDocument
        do throws(ProgrammeFileError) {
            document = try ProgrammeFile.document(text, name: file)
        } catch {
            throw Fault(found: error.description)
        }
        let wrong = ExampleRun.results(of: document).filter { !$0.isAsExpected }
        guard wrong.isEmpty else {
            throw Fault(found: wrong.map { $0.report(of: file) }.joined(separator: "\n"))
        }
        return document.programme
    }

    private func report(_ publication: ProgrammePublisher.Publication) {
        let (id, added) = (publication.programme.id, publication.added)
        guard json else {
            guard let added else { return print("\(id): every version was published before") }
            let numbers =
                added.count == 1 ? "version \(added.lowerBound)" : "versions \(added.lowerBound) to \(added.upperBound)"
            return print("\(id): \(numbers) published")
        }
        print(
            Output.object { writer in
                writer.member("programme", id)
                writer.key("added")
                writer.beginArray()
                if let added { for number in added { writer.integer(Int64(number)) } }
                writer.endArray()
            })
    }
}
