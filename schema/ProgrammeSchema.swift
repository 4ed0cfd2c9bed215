internal import CDocuments

/// The JSON Schema of a programme file: with it an editor completes keys and marks what is wrong.
public enum ProgrammeSchema {
    /// The bytes of `schema/programme.schema.json`.
    public static let json = [UInt8](treue_programme_schema())
}
