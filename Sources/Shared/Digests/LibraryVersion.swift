internal import CCrypto

/// The version of libcrypto that is linked, in its own words: `OpenSSL 3.0.17 1 Jul 2025`.
package var cryptoLibraryVersion: String { String(cString: OpenSSL_version(OPENSSL_VERSION)) }
