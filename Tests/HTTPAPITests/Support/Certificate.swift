import Foundation

/// A certificate for this machine that nobody trusts, and its key: for tests alone.
struct Certificate {
    let folder: URL
    var certificate: String { folder.appending(path: "certificate.pem").path }
    var key: String { folder.appending(path: "key.pem").path }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "treue-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Self.certificateText.write(toFile: certificate, atomically: true, encoding: .utf8)
        try Self.keyText.write(toFile: key, atomically: true, encoding: .utf8)
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }

    private static let certificateText = """
        -----BEGIN CERTIFICATE-----
        MIIBnDCCAUGgAwIBAgIUTJgfsRWaQ8SEn1GNFmYuurrvUecwCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNDE1MjczNFoYDzIxMjYxMDMx
        MTUyNzM0WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAAR1iOQE49bKxsDJXYmzKfUSh0JvxZZB3nuPcvCOS50jCMaJZRraguXl
        AQTJodBlA9TKlOGzVFLiIGmxF2MtKTFNo28wbTAdBgNVHQ4EFgQUH4KTnwqocRTu
        qpL3c4EF2JWY6aUwHwYDVR0jBBgwFoAUH4KTnwqocRTuqpL3c4EF2JWY6aUwDwYD
        VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
        zj0EAwIDSQAwRgIhAKKEoII5SGC+LgD9gM2EGV148zD8AGbYpAxwlFZS6QdVAiEA
        8sDwCnZ5NM/b+iR6U88880D55LmpAyGdJ+Wbsd9n+S8=
        -----END CERTIFICATE-----

        """

    private static let keyText = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgZFSFQsXhZtNIe/Lz
        IIZlLNewqv7Ousy9r4a6Inyc7Z2hRANCAAR1iOQE49bKxsDJXYmzKfUSh0JvxZZB
        3nuPcvCOS50jCMaJZRraguXlAQTJodBlA9TKlOGzVFLiIGmxF2MtKTFN
        -----END PRIVATE KEY-----

        """
}
