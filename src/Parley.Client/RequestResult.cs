using Parley.Protocol;

namespace Parley.Client;

/// <summary>How a request ended. Outcomes that callers must expect are values, not exceptions.</summary>
public abstract record RequestResult
{
    private RequestResult()
    {
    }

    /// <summary>The recipient replied.</summary>
    public sealed record Success(Message Reply) : RequestResult;

    /// <summary>The recipient replied that it could not do what was requested.</summary>
    public sealed record Error(Message Reply) : RequestResult;

    /// <summary>Nobody replied in time. A late reply arrives as an ordinary message.</summary>
    public sealed record Timeout : RequestResult;

    /// <summary>The connection broke while waiting. If the server stored the request, it continues, and its reply arrives as an ordinary
    /// message.</summary>
    /// <param name="Stored">Whether the server had confirmed it.</param>
    /// <param name="Reason">What went wrong.</param>
    public sealed record ConnectionLost(bool Stored, string Reason) : RequestResult;
}

/// <summary>The result of one of several sends: an answer, or its problem.</summary>
/// <param name="Status">201 if it was stored, 200 if an earlier send with the same key had stored it, or the problem's status.</param>
public sealed record SendResult(int Status, SendAnswer? Answer, Problem? Problem)
{
    /// <summary>Whether the message is on the server's disk, by this send or an earlier one with the same key. If not, <see cref="Problem"/> says
    /// why.</summary>
    public bool Stored => Answer is not null;
}
