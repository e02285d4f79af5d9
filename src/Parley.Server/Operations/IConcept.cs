namespace Parley.Server.Operations;

/// <summary>A concept's declaration: all its operations, each declared once. Register it with <see cref="OperationsSetup.AddConcept{TConcept}"/> to
/// get its routes, frames, and documentation.</summary>
internal interface IConcept
{
    /// <summary>The heading for its operations in the documentation.</summary>
    string Title { get; }

    /// <summary>Called once, when the server is assembled.</summary>
    IReadOnlyList<Operation> Declare();
}
