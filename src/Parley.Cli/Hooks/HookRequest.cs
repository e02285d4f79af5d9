namespace Parley.Cli.Hooks;

/// <summary>A POST with a JSON body.</summary>
/// <param name="Url">The whole address.</param>
/// <param name="Body">The body, or its beginning.</param>
internal sealed record HookRequest(Uri Url, string Token, ReadOnlyMemory<byte> Body)
{
    /// <summary>Whatever follows the beginning; null if that is all.</summary>
    internal Stream? Rest { get; init; }
}

/// <summary>What came back.</summary>
internal readonly record struct HookResponse(int Status, byte[] Body)
{
    /// <summary>What an answer may have. Those of hooks are far shorter.</summary>
    internal const int MostBytes = 1 << 20;
}
