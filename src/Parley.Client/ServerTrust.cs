using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Parley.Client;

/// <summary>Whose certificates a server may show, beyond those of the authorities that the machine trusts.</summary>
internal static class ServerTrust
{
    /// <param name="file">PEM: an authority's certificate, or the server's own. Null: only the machine's authorities.</param>
    /// <returns>Null where the machine's own judgement holds.</returns>
    /// <exception cref="ParleyConfigurationException">The file holds no certificate.</exception>
    public static RemoteCertificateValidationCallback? In(string? file)
    {
        if (file is null)
            return null;
        var trusted = Read(file);
        return (_, certificate, chain, errors) => errors switch
        {
            SslPolicyErrors.None => true,
            // The name must fit all the same: who has one certificate of an authority is not every server.
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
        // An authority of one's own publishes no list of what it revoked.
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
