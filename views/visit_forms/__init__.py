"""The parts of the session page; they may know Streamlit."""
