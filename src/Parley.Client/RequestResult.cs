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

    /// <summary>The recipient replied that it could not do what was asked.</summary>
    public sealed record Error(Message Reply) : RequestResult;

    /// <summary>Nobody replied in time. A late reply arrives as an ordinary message.</summary>
    public sealed record Timeout : RequestResult;

    /// <summary>The connection broke while waiting. If the server stored the request, it goes on, and its reply arrives as an ordinary message.</summary>
    /// <param name="Stored">Whether the server had confirmed it.</param>
    /// <param name="Reason">What broke.</param>
    public sealed record ConnectionLost(bool Stored, string Reason) : RequestResult;
}

/// <summary>The result of one send of several: an answer, or the problem that it met.</summary>
/// <param name="Status">201 when stored, 200 when an earlier send with the same key had stored it, else the problem's.</param>
public sealed record SendResult(int Status, SendAnswer? Answer, Problem? Problem)
{
    /// <summary>Whether the message is on the server's disk, by this send or an earlier one with its key. Else <see cref="Problem"/> says why not.</summary>
    public bool Stored => Answer is not null;
}
