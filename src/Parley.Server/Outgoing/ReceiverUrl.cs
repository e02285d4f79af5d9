using System.Net;

namespace Parley.Server.Outgoing;

/// <summary>Checks a URL that a user wants requests sent to. The address that its host name resolves to is checked only when a connection is made.</summary>
internal static class ReceiverUrl
{
    /// <returns>Null if nothing is wrong.</returns>
    internal static string? WhatIsWrong(string text, bool mayBePrivate)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Host.Length == 0 || text.AsSpan().ContainsAny(' ', '\t', '\\') || text.Any(char.IsControl))
            return "must be an absolute URL such as https://example.org/hook";
        if (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp)
            return "must begin with https://";
        if (url.UserInfo.Length > 0)
            return "must have no user and no password";
        if (url.Fragment.Length > 0)
            return "must have no fragment (#), which is never sent";
        if (mayBePrivate)
            return null;
        if (url.Scheme != Uri.UriSchemeHttps)
            return "must begin with https://, so that nobody on the way reads what is sent; http needs the setting webhook_private_addresses";
        return IsPrivate(url) ? "leads to a private address or to this machine, which needs the setting webhook_private_addresses" : null;
    }

    /// <summary>No matter how an address is written, the URL recognizes it as one.</summary>
    private static bool IsPrivate(Uri url)
    {
        var host = url.IdnHost.TrimEnd('.');
        return IPAddress.TryParse(host, out var address)
            ? !PublicAddress.Is(address)
            : host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
    }
}
