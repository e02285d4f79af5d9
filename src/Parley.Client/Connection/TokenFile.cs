using System.Security.Cryptography;
using System.Text;

namespace Parley.Client;

/// <summary>An agent's own token, kept on this machine and readable only by its user. There is one file per server, project, and agent.</summary>
internal sealed class TokenFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnersFolder = OwnerOnly | UnixFileMode.UserExecute;

    /// <param name="folder">The user's configuration folder for Parley.</param>
    /// <param name="agent">The agent's id, or the name that its id will be derived from.</param>
    public TokenFile(string folder, Uri server, string project, string agent)
    {
        // The hash distinguishes names that a file system may treat as equal (upper and lower case), and keeps long ids within the limit on file
        // names.
        var all = $"{server.GetLeftPart(UriPartial.Authority)}\n{project}\n{agent}";
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all)))[..16];
        var readable = new string([.. agent.Take(64).Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-' ? letter : '_')]);
        Path = System.IO.Path.Combine(folder, "agents", $"{readable}-{hash}.token");
    }

    public string Path { get; }

    /// <summary>The file of an agent on a server, in the folder that the options specify.</summary>
    /// <param name="called">The agent's id, or the name that its id will be derived from.</param>
    public static TokenFile Of(ParleyOptions options, ServerLocation location, string called) => new(
        UserFolders.Config(options.ConfigFolder, Environment.GetEnvironmentVariable), location.Url, location.Project ?? "default", called);

    /// <summary>The agent's id and token; null if none is kept.</summary>
    public (string AgentId, string Token)? Read()
    {
        try
        {
            return File.ReadAllLines(Path) is [{ Length: > 0 } agent, { Length: > 0 } token, ..] ? (agent, token) : null;
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public void Write(string agentId, string token)
    {
        var folder = System.IO.Path.GetDirectoryName(Path)!;
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, OwnersFolder);

        // Written to another file and renamed, so that another process of the same agent never reads half a token.
        var beside = $"{Path}.{Environment.ProcessId}";
        File.Delete(beside);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        using (var writer = new StreamWriter(new FileStream(beside, options)))
            writer.Write($"{agentId}\n{token}\n");
        File.Move(beside, Path, overwrite: true);
    }

    public void Delete() => File.Delete(Path);
}
