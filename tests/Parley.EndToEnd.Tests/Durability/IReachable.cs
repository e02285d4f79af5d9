namespace Parley.EndToEnd.Tests.Durability;

/// <summary>Where clients reach a server, and the folders by which they find their tokens.</summary>
internal interface IReachable
{
    string Url { get; }

    string DataFolder { get; }

    string ConfigFolder { get; }

    /// <summary>An admin's token; null: clients find their own by the folders.</summary>
    string? Token => null;
}
