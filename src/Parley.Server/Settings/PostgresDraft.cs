using System.Globalization;
using Npgsql;

namespace Parley.Server.Settings;

/// <summary>A PostgreSQL address that is being parsed.</summary>
internal sealed class PostgresDraft
{
    private const int DefaultPort = 5432;

    private readonly List<(string Name, int Port)> _hosts = [];

    public NpgsqlConnectionStringBuilder Connection { get; } = new()
    {
        ApplicationName = "parley",
        MaxPoolSize = PostgresParameter.DefaultPoolSize,
        Timeout = PostgresParameter.DefaultConnectTimeout,
        // A server that was found dead, or a standby, is checked again soon, so that service resumes seconds after a failover.
        HostRecheckSeconds = 1,
        // If a firewall drops an idle connection, this would otherwise be noticed only by the next message, and late.
        TcpKeepAlive = true,
    };

    public string? Target { get; set; }

    public void TakeUser(string user)
    {
        var colon = user.IndexOf(':', StringComparison.Ordinal);
        Connection.Username = Uri.UnescapeDataString(colon < 0 ? user : user[..colon]);
        if (colon >= 0)
            Connection.Password = Uri.UnescapeDataString(user[(colon + 1)..]);
    }

    public string? TakeHosts(string hosts)
    {
        foreach (var host in hosts.Split(','))
        {
            var colon = host.LastIndexOf(':');
            // The colons inside a bracketed IPv6 address are part of it.
            var hasPort = colon >= 0 && colon > host.LastIndexOf(']');
            var name = Uri.UnescapeDataString((hasPort ? host[..colon] : host).Trim('[', ']'));
            var port = hasPort ? PortOf(host[(colon + 1)..]) : DefaultPort;
            if (port is null)
                return "has a port that is not a number from 1 to 65535, or a password without its '@'";
            if (Uri.CheckHostName(name) == UriHostNameType.Unknown && !name.StartsWith('/'))
                return "names no host";
            _hosts.Add((name, port.Value));
        }

        return null;
    }

    public PostgresAddress Finish(string database)
    {
        string[] hosts = [.. _hosts.Select(host => $"{(host.Name.Contains(':', StringComparison.Ordinal) ? $"[{host.Name}]" : host.Name)}:{host.Port}")];
        // A socket folder must be alone, because in a list, its port could not be distinguished.
        (Connection.Host, Connection.Port) = _hosts is [var only] ? only : (string.Join(',', hosts), DefaultPort);
        Connection.Database = database;
        // Of several hosts, all but one are read only. With a single host, there is nothing to choose.
        if (_hosts.Count > 1)
            Connection.TargetSessionAttributes = Target ?? PostgresParameter.DefaultTarget;
        return new PostgresAddress { Hosts = hosts, Database = database, PoolSize = Connection.MaxPoolSize, ConnectionString = Connection.ConnectionString };
    }

    private static int? PortOf(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535 ? port : null;
}
