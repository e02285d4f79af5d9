using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Parley.Client;

/// <summary>Which certificates to accept from a server, in addition to those of the authorities that the machine trusts.</summary>
internal static class ServerTrust
{
    /// <param name="file">A PEM file with an authority's certificate, or the server's own. Null: only the machine's authorities.</param>
    /// <returns>Null to use the machine's own check.</returns>
    /// <exception cref="ParleyConfigurationException">The file does not contain a certificate.</exception>
    public static RemoteCertificateValidationCallback? In(string? file)
    {
        if (file is null)
            return null;
        var trusted = Read(file);
        return (_, certificate, chain, errors) => errors switch
        {
            SslPolicyErrors.None => true,
            // The name must match anyway: a certificate from the same authority may belong to any server.
            SslPolicyErrors.RemoteCertificateChainErrors when certificate is not null => LeadsTo(trusted, certificate, chain),
            _ => false,
        };
    }

    private static bool LeadsTo(X509Certificate2Collection trusted, X509Certificate certificate, X509Chain? sent)
    {
        using var shown = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(trusted);
        // A private authority publishes no revocation list.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        foreach (var between in sent?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
            chain.ChainPolicy.ExtraStore.Add(between.Certificate);
        return chain.Build(shown);
    }

    private static X509Certificate2Collection Read(string file)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(file);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ParleyConfigurationException($"The certificates of '{file}' cannot be read: {unreadable.Message}", unreadable);
        }

        return certificates.Count > 0 ? certificates : throw new ParleyConfigurationException($"'{file}' contains no certificate: expected PEM.");
    }
}
